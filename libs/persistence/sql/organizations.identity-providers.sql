select m.identity_provider, m.metadata_xml, m.metadata_source, k.keys
from identity_provider_metadata m
left join lateral (
  select json_agg(json_build_object(
      'use', k.use, 'generation', k.generation, 'certificate', k.certificate, 'secretName', k.secret_name,
      'currentFrom', k.current_from, 'overlapSeconds', k.overlap_seconds) order by k.use, k.generation) as keys
  from service_provider_keys k
  where k.org_id = m.org_id and k.identity_provider = m.identity_provider
) k on true
where m.org_id = $1
order by m.identity_provider
