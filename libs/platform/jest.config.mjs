import preset from '../../jest.db.preset.js';

export default { ...preset, displayName: 'platform', rootDir: import.meta.dirname };
