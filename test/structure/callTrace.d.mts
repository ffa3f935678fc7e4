export function bundleTraced(entry: string, outfile: string): Promise<string>;
