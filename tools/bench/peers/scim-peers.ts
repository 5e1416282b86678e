// Other SCIM servers, asked the same.
import type { Load } from '../measure.ts';

export interface PeerRow {
  readonly name: string;
  readonly users: number;
  readonly operations: readonly { readonly name: string; readonly group?: number; readonly loads: readonly Load[] }[];
}

export async function measurePeers(_databaseUrl: string, _isQuick: boolean): Promise<PeerRow[]> {
  return [];
}
