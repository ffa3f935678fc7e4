/** Colours of a chart, by theme. Every colour of a text has a contrast of at least 4.5 to each of its backgrounds. */
export interface ChartColors {
  /** Backgrounds: of the page, of states, of groups. */
  readonly page: string;
  readonly state: string;
  readonly group: string;
  readonly border: string;
  readonly groupBorder: string;
  readonly text: string;
  readonly quietText: string;
  readonly edge: string;
  readonly event: string;
  readonly done: string;
  readonly error: string;
  readonly after: string;
  readonly always: string;
  readonly active: string;
  readonly activeState: string;
  readonly visited: string;
  readonly visitedState: string;
  readonly failed: string;
  readonly failedState: string;
  /** The text on a badge. */
  readonly badgeText: string;
}

export const lightColors: ChartColors = {
  page: '#fbfbfd',
  state: '#ffffff',
  group: '#f6f7fa',
  border: '#868d9e',
  groupBorder: '#b4bac8',
  text: '#14171f',
  quietText: '#4b5262',
  edge: '#6b7385',
  event: '#2c50bd',
  done: '#17723f',
  error: '#b62431',
  after: '#7f5300',
  always: '#6343b0',
  active: '#2156d9',
  activeState: '#e4ecff',
  visited: '#1b7f4b',
  visitedState: '#eaf6ef',
  failed: '#c02a37',
  failedState: '#fdebec',
  badgeText: '#ffffff',
};

export const darkColors: ChartColors = {
  page: '#0f1218',
  state: '#1b202a',
  group: '#141821',
  border: '#687084',
  groupBorder: '#464d5e',
  text: '#e8ebf2',
  quietText: '#a9b1c2',
  edge: '#8a93a6',
  event: '#8fb0ff',
  done: '#52c98a',
  error: '#ff8b94',
  after: '#e5b04b',
  always: '#b9a0ff',
  active: '#7fa6ff',
  activeState: '#1b2a4d',
  visited: '#52c98a',
  visitedState: '#16281f',
  failed: '#ff7b85',
  failedState: '#3a191d',
  badgeText: '#0f1218',
};
