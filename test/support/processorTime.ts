/** Milliseconds of this process's own processor time that something takes. Other work of the machine does not count. */
export function processorTimeMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
