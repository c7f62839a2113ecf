/** A ref as it is told to a peer. */
export interface AdvertisedRef {
  readonly name: string;
  /** 40 lower-case hex digits. */
  readonly oid: string;
  /** For HEAD: the ref it points at. */
  readonly symrefTarget?: string;
}

const OID = /^[0-9a-f]{40}$/;

/** Whether a text is an object id as the wire writes it. */
export function isOid(text: string): boolean {
  return OID.test(text);
}
