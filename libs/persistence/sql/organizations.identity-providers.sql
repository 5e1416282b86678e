select identity_provider, metadata_xml, signing_certificate, metadata_source
from identity_provider_metadata
where org_id = $1
order by identity_provider
