import { useEffect, useState } from 'preact/hooks';

/** The table's time, which goes on from what the server said, once a second. */
export function useNow(serverNowMs: number | undefined): number {
  const [now, setNow] = useState(serverNowMs ?? Date.now());
  useEffect(() => {
    const offset = serverNowMs === undefined ? 0 : serverNowMs - Date.now();
    setNow(Date.now() + offset);
    const timer = window.setInterval(() => setNow(Date.now() + offset), 1000);
    return () => window.clearInterval(timer);
  }, [serverNowMs]);
  return now;
}
