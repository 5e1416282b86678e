import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'reconcile', rootDir: import.meta.dirname };
