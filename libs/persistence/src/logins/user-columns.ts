/** Of a user `u` of organization $1 and its directory row `d`: what decides for a user of the directory, else null. */
const OF_DIRECTORY = `case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory`;
export const DIRECTORY_ROW = 'left join directory_users d on d.org_id = $1 and d.user_id = u.user_id';
/** What `toStoredUser` reads of a user `u`, with `DIRECTORY_ROW` joined. */
export const USER = `u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  ${OF_DIRECTORY}`;
