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

/** Of the names that begin with $2, only these stay. */
export const KEEP_SECRETS: Statement = {
  name: 'secrets.keep',
  text: 'delete from sealed_secrets where org_id = $1 and starts_with(name, $2) and name <> all($3::text[])',
};

export const ADD_SERVICE_PROVIDER_KEY: Statement = {
  name: 'secrets.add-service-provider-key',
  text: `
insert into service_provider_keys
  (org_id, identity_provider, use, generation, secret_name, certificate, current_from, overlap_seconds)
values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

export const RENAME_SERVICE_PROVIDER_KEY: Statement = {
  name: 'secrets.rename-service-provider-key',
  text: `
update service_provider_keys set secret_name = $5
where org_id = $1 and identity_provider = $2 and use = $3 and generation = $4`,
};

export const DELETE_SERVICE_PROVIDER_KEY: Statement = {
  name: 'secrets.delete-service-provider-key',
  text: 'delete from service_provider_keys where org_id = $1 and identity_provider = $2 and use = $3 and generation = $4',
};

export const READ_DEPLOYMENT_KEY: Statement = {
  name: 'secrets.read-deployment-key',
  text: 'select master_key_id, wrapped_key from deployment_keys where name = $1',
};

export const ADD_DEPLOYMENT_KEY: Statement = {
  name: 'secrets.add-deployment-key',
  text: `
insert into deployment_keys (name, master_key_id, wrapped_key, created_at) values ($1, $2, $3, now())
on conflict do nothing`,
};

/** By the owner, when another master key takes over. */
export const LOCK_DEPLOYMENT_KEYS: Statement = {
  name: 'secrets.lock-deployment-keys',
  text: 'select name, master_key_id, wrapped_key from deployment_keys order by name for update',
};

export const REWRAP_DEPLOYMENT_KEY: Statement = {
  name: 'secrets.rewrap-deployment-key',
  text: 'update deployment_keys set master_key_id = $2, wrapped_key = $3 where name = $1',
};

export const NEXT_ORGANIZATIONS: Statement = {
  name: 'secrets.next-organizations',
  text: 'select org_id from organization_registry where $1::uuid is null or org_id > $1 order by org_id limit $2',
};

export const LOCK_KEY: Statement = {
  name: 'secrets.lock-key',
  text: 'select master_key_id, wrapped_key from organization_keys where org_id = $1 for update',
};

export const REWRAP_KEY: Statement = {
  name: 'secrets.rewrap-key',
  text: 'update organization_keys set master_key_id = $2, wrapped_key = $3 where org_id = $1',
};

export const LIST_SIGNING_KEYS: Statement = {
  name: 'secrets.list-signing-keys',
  text: 'select generation, public_key, current_from from signing_keys order by generation desc',
};

/** No row comes back when another process made this generation. */
export const ADD_SIGNING_KEY: Statement = {
  name: 'secrets.add-signing-key',
  text: `
insert into signing_keys (generation, public_key, current_from, created_at) values ($1, $2, $3, $4)
on conflict (generation) do nothing
returning generation`,
};

export const LIST_PROVIDER_KEYS: Statement = {
  name: 'secrets.list-provider-keys',
  text: 'select generation, public_key, current_from from provider_keys where algorithm = $1 order by generation desc',
};

/** No row comes back when another process made this generation. */
export const ADD_PROVIDER_KEY: Statement = {
  name: 'secrets.add-provider-key',
  text: `
insert into provider_keys (algorithm, generation, public_key, current_from, created_at) values ($1, $2, $3, $4, $5)
on conflict (algorithm, generation) do nothing
returning generation`,
};
