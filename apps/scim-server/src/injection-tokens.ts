/** Injection token of the public base URL. */
export const BASE_URL = Symbol('BaseUrl');

/** Injection token of the key that seals the cursors of listings. */
export const CURSOR_KEY = Symbol('CursorKey');
