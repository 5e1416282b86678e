/** A pattern of organization names as LIKE has it. @param glob `isOrganizationGlob` said yes */
export function likeOf(glob: string): string {
  return glob.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
}
