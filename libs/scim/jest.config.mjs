import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'scim', rootDir: import.meta.dirname };
