import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'scim-server', rootDir: import.meta.dirname };
