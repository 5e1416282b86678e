import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'role-mapping', rootDir: import.meta.dirname };
