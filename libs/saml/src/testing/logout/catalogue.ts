/**
 * The ids of the rows about single logout, written down apart from the folders so that none can go missing. From L28 on they
 * are our own. L27 and V75 (a LogoutResponse at the ACS) stand under cases/attacks; T05 and T11 (the same with a session)
 * are stories of the gateway.
 */
export const LOGOUT_CATALOGUE: readonly string[] = `
L01 L02 L03 L04 L05 L06 L07 L08 L09 L10 L11 L12 L13 L14 L15 L15b L16 L17 L18 L19
L20 L20b L20c L21 L22 L23 L24 L24b L25 L26 L28 L29 L30 L31 L32 L33 L34 L35 L36 L37
L38 L39 L40 L41 L42 L43 L44 L45 L46 L47 L48 L49 L50 L51 L52 L53 L54 L55 L56 L57
L58 L59 L60 L61 L62 L63 T01 T02 T03 T04 T06
`
  .trim()
  .split(/\s+/);
