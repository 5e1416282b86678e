import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'admin-api', rootDir: import.meta.dirname };
