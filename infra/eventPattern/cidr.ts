import { BlockList, isIP } from 'node:net';
import { InvalidEventPatternError } from './invalidEventPatternError.ts';

/**
 * Addresses of a block, such as `10.0.0.0/24` or `2001:db8::/32`.
 *
 * @throws InvalidEventPatternError
 */
export function cidrMatcher(block: string, path: string): (value: string) => boolean {
  const [address = '', length, ...more] = block.split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  const bits = length === undefined ? longest : Number(length);
  const isLength = length === undefined || /^\d{1,3}$/.test(length);
  if (family === 0 || more.length > 0 || !isLength || bits > longest) {
    throw new InvalidEventPatternError(
      `${path}: '${block}' is not a block of addresses, such as 10.0.0.0/24.`,
    );
  }
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, bits, type);
  return (value) => isIP(value) === family && list.check(value, type);
}
