import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'persistence', rootDir: import.meta.dirname };
