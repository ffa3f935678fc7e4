import type { AnyStateMachine } from 'xstate';
import { buildMachine } from '../../../../orchestrator/core/machine/index.ts';

/** The subjects that XState's published examples have, in our own words. */
export const knownMachines: Readonly<Record<string, AnyStateMachine>> = {
  lamp: buildMachine({
    id: 'lamp',
    initial: 'off',
    states: { off: { on: { PRESS: 'on' } }, on: { on: { PRESS: 'off' } } },
  }),
  crossing: buildMachine({
    id: 'crossing',
    initial: 'green',
    on: { POWER_CUT: '.dark' },
    states: {
      green: { after: { 20000: 'yellow' } },
      yellow: { after: { 3000: 'red' } },
      red: {
        initial: 'walk',
        onDone: 'green',
        states: {
          walk: { after: { 10000: 'flash' } },
          flash: { after: { 5000: 'stop' } },
          stop: { type: 'final' },
        },
      },
      dark: { on: { POWER_BACK: 'red' } },
    },
  }),
  download: buildMachine({
    id: 'download',
    initial: 'idle',
    states: {
      idle: { on: { LOAD: 'loading' } },
      loading: {
        invoke: { src: 'load', onDone: { target: 'shown', actions: 'keep' }, onError: 'broken' },
        on: { CANCEL: 'idle' },
        after: { 10000: 'broken' },
      },
      broken: { on: { RETRY: { target: 'loading', guard: 'mayRetry' }, GIVE_UP: 'idle' } },
      shown: { on: { RELOAD: 'loading' } },
    },
  }),
  searchBox: buildMachine({
    id: 'searchBox',
    initial: 'resting',
    states: {
      resting: { on: { TYPE: { target: 'waiting', actions: 'remember' } } },
      waiting: {
        on: { TYPE: { target: 'waiting', reenter: true, actions: 'remember' } },
        after: { 300: 'asking' },
      },
      asking: { invoke: { src: 'search', onDone: 'resting', onError: 'resting' }, on: { TYPE: 'waiting' } },
    },
  }),
  signIn: buildMachine({
    id: 'signIn',
    initial: 'anonymous',
    states: {
      anonymous: {
        initial: 'typing',
        states: {
          typing: { on: { SUBMIT: [{ target: 'checking', guard: 'isFilled' }, { target: 'incomplete' }] } },
          incomplete: { on: { CHANGE: 'typing' } },
          checking: { invoke: { src: 'check', onDone: '#signIn.known', onError: 'refused' } },
          refused: { on: { CHANGE: 'typing' }, after: { 60000: 'typing' } },
        },
      },
      known: { on: { SIGN_OUT: 'anonymous' }, after: { sessionLength: 'anonymous' } },
    },
  }),
  wizard: buildMachine({
    id: 'wizard',
    initial: 'steps',
    states: {
      steps: {
        initial: 'address',
        on: { HELP: 'help', QUIT: 'left' },
        states: {
          address: { on: { NEXT: { target: 'delivery', guard: 'hasAddress' } } },
          delivery: { on: { NEXT: 'pay', BACK: 'address' } },
          pay: { on: { NEXT: '#wizard.placing', BACK: 'delivery' } },
          here: { type: 'history' },
        },
      },
      help: { on: { CLOSE: 'steps.here' } },
      placing: { invoke: { src: 'place', onDone: 'placed', onError: 'steps.here' } },
      placed: { type: 'final' },
      left: { type: 'final' },
    },
  }),
  player: buildMachine({
    id: 'player',
    type: 'parallel',
    states: {
      playback: {
        initial: 'paused',
        states: {
          paused: { on: { PLAY: 'playing' } },
          playing: { on: { PAUSE: 'paused', END: 'ended', STALL: 'buffering' } },
          buffering: { on: { READY: 'playing' } },
          ended: { on: { PLAY: 'playing' } },
        },
      },
      sound: {
        initial: 'loud',
        states: { loud: { on: { MUTE: 'muted' } }, muted: { on: { UNMUTE: 'loud' } } },
      },
      screen: {
        initial: 'small',
        states: { small: { on: { EXPAND: 'full' } }, full: { on: { SHRINK: 'small', ESCAPE: 'small' } } },
      },
    },
  }),
  ticTacToe: buildMachine({
    id: 'ticTacToe',
    initial: 'playing',
    states: {
      playing: {
        always: [
          { target: 'over.won', guard: 'hasLine' },
          { target: 'over.drawn', guard: 'isFull' },
        ],
        on: { MARK: [{ target: 'playing', guard: 'isFree', actions: ['mark', 'nextPlayer'] }] },
      },
      over: {
        initial: 'won',
        states: { won: { tags: 'winner', entry: 'cheer' }, drawn: { entry: 'shrug' } },
        on: { AGAIN: { target: 'playing', actions: 'clear' } },
      },
    },
  }),
  stopwatch: buildMachine({
    id: 'stopwatch',
    initial: 'zero',
    states: {
      zero: { on: { START: 'running' } },
      running: {
        invoke: { src: 'tick' },
        on: { TICK: { actions: 'count' }, STOP: 'stopped', LAP: { actions: 'lap' } },
      },
      stopped: { on: { START: 'running', RESET: { target: 'zero', actions: 'clear' } } },
    },
  }),
  creditCheck: buildMachine({
    id: 'creditCheck',
    initial: 'asking',
    states: {
      asking: { on: { SUBMIT: 'bureaus' } },
      bureaus: {
        type: 'parallel',
        onDone: 'offering',
        states: Object.fromEntries(
          ['north', 'south', 'central'].map((bureau) => [
            bureau,
            {
              initial: 'looking',
              states: {
                looking: {
                  invoke: {
                    src: 'lookUp',
                    onDone: [{ target: 'found', guard: 'isKnown' }, 'asking'],
                    onError: 'skipped',
                  },
                },
                asking: { invoke: { src: 'askBureau', onDone: 'found', onError: 'skipped' } },
                found: { type: 'final' },
                skipped: { type: 'final' },
              },
            },
          ]),
        ),
      },
      offering: {
        always: [{ target: 'refused', guard: 'allLow' }],
        on: { CHOOSE: 'signing', DECLINE: 'refused' },
      },
      signing: { invoke: { src: 'sign', onDone: 'signed', onError: 'offering' } },
      signed: { type: 'final' },
      refused: { type: 'final' },
    },
  }),
  carVitals: buildMachine({
    id: 'carVitals',
    initial: 'off',
    states: {
      off: { on: { TURN_ON: 'on' } },
      on: {
        initial: 'checking',
        on: { TURN_OFF: 'off' },
        states: {
          checking: {
            type: 'parallel',
            onDone: 'reporting',
            states: Object.fromEntries(
              ['tires', 'oil', 'coolant', 'battery'].map((part) => [
                part,
                {
                  initial: 'measuring',
                  states: {
                    measuring: { invoke: { src: `${part}Pressure`, onDone: 'measured' } },
                    measured: { type: 'final' },
                  },
                },
              ]),
            ),
          },
          reporting: { entry: 'report', after: { 120000: 'checking' } },
        },
      },
    },
  }),
  monitoredJob: buildMachine({
    id: 'monitoredJob',
    initial: 'submitting',
    states: {
      submitting: { invoke: { src: 'submitJob', onDone: 'waiting', onError: 'failed' } },
      waiting: { after: { 30000: 'asking' } },
      asking: { invoke: { src: 'askStatus', onDone: 'deciding', onError: 'waiting' } },
      deciding: {
        always: [
          { target: 'succeeded', guard: 'hasSucceeded' },
          { target: 'failed', guard: 'hasFailed' },
          { target: 'waiting' },
        ],
      },
      succeeded: { entry: 'notify', type: 'final' },
      failed: { entry: ['notify', 'page'], type: 'final' },
    },
  }),
};
