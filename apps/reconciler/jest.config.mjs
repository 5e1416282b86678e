import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'reconciler', rootDir: import.meta.dirname };
