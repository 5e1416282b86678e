import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'saml', rootDir: import.meta.dirname };
