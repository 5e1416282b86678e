import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'auth-gateway', rootDir: import.meta.dirname };
