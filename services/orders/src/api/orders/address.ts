/** Longest address of a mail, characters (RFC 5321 with erratum 1690). */
export const MAX_ADDRESS_LENGTH = 254;

const MAX_LOCAL_LENGTH = 64;
const ATOM = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+`;
const LOCAL = new RegExp(String.raw`^${ATOM}(?:\.${ATOM})*$`);
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DOMAIN = new RegExp(String.raw`^(?:${LABEL}\.)+${LABEL}$`);
// Printable ASCII without the space: a line break would end the header that the address is written into.
const VISIBLE = /^[\x21-\x7e]*$/;
const ASCII = /^\p{ASCII}*$/u;

/**
 * What is wrong with an address, as the end of a sentence that begins with its field; undefined if mail can be sent to it. An address is
 * exactly one mailbox, without name, comment, quotes or line break: nothing that could become a second recipient or a header.
 *
 * @param allowed matches the addresses that mail may be sent to
 */
export function problemOfAddress(address: string, allowed: RegExp): string | undefined {
  if (address === '') return 'must be an address, such as ana@example.com';
  if (address.length > MAX_ADDRESS_LENGTH)
    return `has ${address.length} characters; the maximum is ${MAX_ADDRESS_LENGTH}`;
  if (!ASCII.test(address))
    return 'must be ASCII: write the domain in its xn-- form; other letters before the @ are not supported';
  if (!VISIBLE.test(address)) return 'must not contain blanks, line breaks or other control characters';
  if (address.includes('"')) return 'must not contain quotes: quoted local parts are not supported';
  const [local = '', domain, ...more] = address.split('@');
  if (domain === undefined || more.length > 0 || /[,;:<>()[\]\\]/.test(address))
    return 'must be exactly one address, such as ana@example.com, without a name or brackets';
  if (local.length > MAX_LOCAL_LENGTH)
    return `has ${local.length} characters before the @; the maximum is ${MAX_LOCAL_LENGTH}`;
  if (!LOCAL.test(local) || !DOMAIN.test(domain))
    return 'must be an address with a full domain, such as ana@example.com';
  if (!allowed.test(address))
    return 'is not an address that this shop may send mail to (ALLOWED_RECIPIENTS); addresses at example.com are usually allowed';
  return undefined;
}

const ADDRESS = /[^\s<>"',;:()[\]@]+@[^\s<>"',;:()[\]@]+/g;

/** Shows the first character and the domain of an address: `a***@example.com`. */
export function maskAddress(address: string): string {
  return `${address.slice(0, 1)}***@${address.slice(address.lastIndexOf('@') + 1)}`;
}

/** Masks every address in a text, such as the refusal of a mail server. */
export function maskAddresses(text: string): string {
  return text.replace(ADDRESS, maskAddress);
}
