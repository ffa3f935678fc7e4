/**
 * The W3C trace context of an AWS X-Ray header, `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
 * Undefined where it names no parent.
 */
export function traceparentOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const fields = new Map(
    header.split(';').map((field): [string, string] => {
      const [key = '', value = ''] = field.trim().split('=');
      return [key, value];
    }),
  );
  const [, time, rest] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get('Root') ?? '') ?? [];
  const parent = fields.get('Parent');
  if (time === undefined || rest === undefined || parent === undefined || !/^[0-9a-f]{16}$/.test(parent)) {
    return undefined;
  }
  return `00-${time}${rest}-${parent}-${fields.get('Sampled') === '1' ? '01' : '00'}`;
}
