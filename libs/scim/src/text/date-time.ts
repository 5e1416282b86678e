const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)?$/i;

/**
 * The instant that an xsd:dateTime names (RFC 7643 §2.3.5), in milliseconds since 1970; finer fractions are cut off, no zone means UTC.
 * @returns undefined when the text is none, or names a day or hour that does not exist
 */
export function readDateTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  if (year === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  if (date.getUTCDate() !== Number(day)) return undefined;
  const offset = readOffset(zone);
  return offset === undefined ? undefined : date.getTime() - offset;
}

/** Milliseconds that a zone's clock is ahead of UTC. */
function readOffset(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
