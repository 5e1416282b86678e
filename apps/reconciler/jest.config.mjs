import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'reconciler', rootDir: import.meta.dirname };
