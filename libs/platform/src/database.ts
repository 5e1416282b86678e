/** Injection token of the app's `Database` (from the persistence library). */
export const DATABASE = Symbol('Database');

/** What the platform itself asks of a database; `openDatabase()` of the persistence library returns more. */
export interface DatabaseConnection {
  /** Whether it answers now. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
