import type { ExecutionStatus } from '../../../client/index.ts';

const paths = {
  running: 'M8 3.500a4.500 4.500 0 1 1-4.500 4.500',
  check: 'M3.500 8.500l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M8 5v3.200l2.200 1.400',
  square: 'M4.500 4.500h7v7h-7z',
  alert: 'M8 3v6M8 12v.500',
  pause: 'M6 4v8M10 4v8',
  copy: 'M5.500 5.500h7v7h-7zM3.500 10.500v-7h7',
  search: 'M7 3a4 4 0 1 0 0 8a4 4 0 1 0 0-8M10 10l3.500 3.500',
  right: 'M6 3.500l4.500 4.500-4.500 4.500',
  left: 'M10 3.500l-4.500 4.500 4.500 4.500',
  up: 'M3.500 10l4.500-4.500 4.500 4.500',
  sun: 'M8 5.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M8 1.500v1.500M8 13v1.500M1.500 8h1.500M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1',
  moon: 'M12.500 9.500a5 5 0 0 1-6-6a5 5 0 1 0 6 6',
  screen: 'M2.500 3.500h11v7h-11zM6 13h4',
  help: 'M6 6a2 2 0 1 1 2.800 1.800c-.600.300-.800.700-.800 1.400M8 11.800v.400',
  play: 'M5.500 4l6 4-6 4z',
  send: 'M2.500 8l11-5-4 10.500-2-4.500z',
  redo: 'M12.500 6a5 5 0 1 0 .500 3M13 3v3.500h-3.500',
  external: 'M6 3.500h-2.500v9h9v-2.500M9 3.500h3.500v3.500M12.500 3.500l-6 6',
  fit: 'M3 6v-3h3M10 3h3v3M13 10v3h-3M6 13h-3v-3',
  plus: 'M8 3.500v9M3.500 8h9',
  minus: 'M3.500 8h9',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 14 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const iconOf: Readonly<Record<ExecutionStatus, IconName>> = {
  RUNNING: 'running',
  SUCCEEDED: 'check',
  FAILED: 'cross',
  TIMED_OUT: 'clock',
  ABORTED: 'square',
  PENDING_REDRIVE: 'alert',
  SUSPENDED: 'pause',
};

const nameOf: Readonly<Record<ExecutionStatus, string>> = {
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  TIMED_OUT: 'Timed out',
  ABORTED: 'Aborted',
  PENDING_REDRIVE: 'Pending redrive',
  SUSPENDED: 'Suspended',
};

export function statusName(status: ExecutionStatus): string {
  return nameOf[status];
}

export function StatusMark({ status }: { readonly status: ExecutionStatus }) {
  return (
    <span class={`status ${status}`}>
      <Icon name={iconOf[status]} size={13} />
      <span>{nameOf[status]}</span>
    </span>
  );
}
