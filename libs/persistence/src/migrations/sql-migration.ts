import { Migration } from '@mikro-orm/migrations';

/**
 * One step of the schema, in plain SQL. Forward only: a released step is never edited, a mistake is mended by the next
 * one. Question marks are placeholders to the ORM, so the SQL has none.
 */
export interface SqlMigration {
  /** Sorts and identifies it: `20261121T01-routing-tables`. */
  readonly name: string;
  readonly sql: string;
}

type MigrationClass = new (...parameters: ConstructorParameters<typeof Migration>) => Migration;

/** The form in which the ORM's migrator takes a step. */
export function asMigrationClass({ name, sql }: SqlMigration): { name: string; class: MigrationClass } {
  return {
    name,
    class: class extends Migration {
      override up(): void {
        this.addSql(sql);
      }
    },
  };
}
