import type { Statement } from '../sql.ts';

export const READ_KEY: Statement = {
  name: 'secrets.read-key',
  text: 'select master_key_id, wrapped_key from organization_keys where org_id = $1',
};

export const ADD_KEY: Statement = {
  name: 'secrets.add-key',
  text: `
insert into organization_keys (org_id, master_key_id, wrapped_key, created_at)
values ($1, $2, $3, now())
on conflict do nothing`,
};

export const READ_SECRET: Statement = {
  name: 'secrets.read',
  text: 'select sealed from sealed_secrets where org_id = $1 and name = $2',
};

export const WRITE_SECRET: Statement = {
  name: 'secrets.write',
  text: `
insert into sealed_secrets (org_id, name, sealed)
values ($1, $2, $3)
on conflict (org_id, name) do update set sealed = excluded.sealed`,
};

export const DELETE_SECRET: Statement = {
  name: 'secrets.delete',
  text: 'delete from sealed_secrets where org_id = $1 and name = $2',
};
