import { buildMachine } from '../../../../orchestrator/core/machine/index.ts';

/** A payment with a way back for each step. */
export const payment = buildMachine({
  id: 'payment',
  initial: 'authorizing',
  states: {
    authorizing: { invoke: { src: 'authorize', onDone: 'capturing', onError: 'declined' } },
    capturing: {
      invoke: { src: 'capture', onDone: 'settled', onError: 'voiding' },
      after: { 900000: 'voiding' },
    },
    voiding: { invoke: { src: 'void', onDone: 'declined' } },
    settled: {
      on: { REFUND: { target: 'refunding', guard: 'isRefundable' } },
      after: { 2592000000: 'archived' },
    },
    refunding: { invoke: { src: 'refund', onDone: 'archived', onError: 'settled' } },
    declined: { type: 'final' },
    archived: { type: 'final' },
  },
});

/** A parallel state whose regions do not fit beside one another. */
export const onboarding = buildMachine({
  id: 'onboarding',
  initial: 'collecting',
  states: {
    collecting: {
      invoke: {
        src: 'collectDetails',
        onDone: 'checking',
        onError: { target: 'rejected', guard: 'isInvalid' },
      },
      on: { CANCEL: 'cancelled' },
    },
    checking: {
      type: 'parallel',
      onDone: 'deciding',
      on: { CANCEL: 'cancelled' },
      after: { 604800000: 'expired' },
      states: {
        identity: {
          initial: 'requesting',
          states: {
            requesting: { invoke: { src: 'requestIdentity', onDone: 'waiting', onError: 'manual' } },
            waiting: { on: { IDENTITY_OK: 'ok', IDENTITY_UNCLEAR: 'manual' }, after: { 86400000: 'manual' } },
            manual: { on: { APPROVE_IDENTITY: 'ok', RETRY: { target: 'requesting', guard: 'mayRetry' } } },
            ok: { type: 'final' },
          },
        },
        credit: {
          initial: 'scoring',
          states: {
            scoring: { invoke: { src: 'score', onDone: [{ target: 'ok', guard: 'isGood' }, 'review'] } },
            review: { on: { ACCEPT: 'ok', MORE_INFO: 'scoring' } },
            ok: { type: 'final' },
          },
        },
        sanctions: {
          initial: 'screening',
          states: {
            screening: { invoke: { src: 'screen', onDone: [{ target: 'clear', guard: 'noHit' }, 'hit'] } },
            hit: { on: { FALSE_POSITIVE: 'clear', CONFIRMED: '#onboarding.rejected' } },
            clear: { type: 'final' },
          },
        },
        documents: {
          initial: 'missing',
          states: {
            missing: { on: { UPLOAD: 'scanning' } },
            scanning: { invoke: { src: 'scan', onDone: 'complete', onError: 'missing' } },
            complete: { type: 'final' },
          },
        },
        mail: {
          initial: 'sending',
          states: { sending: { invoke: { src: 'sendWelcome', onDone: 'sent' } }, sent: { type: 'final' } },
        },
      },
    },
    deciding: {
      always: [
        { target: 'opened', guard: 'isLowRisk' },
        { target: 'rejected', guard: 'isHighRisk' },
        'board',
      ],
    },
    board: { on: { ACCEPT: 'opened', REJECT: 'rejected' } },
    opened: { type: 'final' },
    rejected: { type: 'final' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});

/** Nested states that are left and come back to, by shallow and deep history. */
export const claim = buildMachine({
  id: 'claim',
  initial: 'intake',
  on: { SUSPEND: '.suspended', 'audit.*': { actions: 'record' }, '*': { actions: 'warnUnknown' } },
  states: {
    intake: {
      initial: 'form',
      on: { SAVE: { actions: 'saveDraft' } },
      states: {
        form: { on: { NEXT: { target: 'damage', guard: 'isComplete' }, NOTE: { actions: 'addNote' } } },
        damage: {
          initial: 'kind',
          onDone: 'summary',
          on: { BACK: 'form' },
          states: {
            kind: { on: { CAR: 'car', HOME: 'home' } },
            car: {
              initial: 'photos',
              states: {
                photos: {
                  on: {
                    UPLOAD: { target: 'photos', reenter: true, actions: 'store' },
                    DONE: { target: 'estimate', guard: 'hasPhotos' },
                  },
                },
                estimate: {
                  invoke: {
                    src: 'estimateDamage',
                    onDone: '#claim.intake.damage.assessed',
                    onError: 'photos',
                  },
                },
              },
            },
            home: {
              invoke: { src: 'bookExpert', onDone: 'assessed' },
              after: { 172800000: { target: 'home', reenter: true } },
            },
            assessed: { type: 'final' },
          },
        },
        summary: { on: { SUBMIT: '#claim.handling', EDIT: 'earlier' } },
        earlier: { type: 'history', history: 'deep', target: 'form' },
      },
    },
    handling: {
      initial: 'triage',
      states: {
        triage: { invoke: { src: 'triage', onDone: [{ target: 'auto', guard: 'isSmall' }, 'expert'] } },
        auto: { always: 'payout' },
        expert: { on: { ACCEPT: 'payout', REJECT: '#claim.rejected', ASK: '#claim.intake.earlier' } },
        payout: {
          invoke: {
            src: 'pay',
            onDone: '#claim.paid',
            onError: { target: 'payout', reenter: true, guard: 'isTransient' },
          },
        },
        last: { type: 'history' },
      },
    },
    suspended: {
      on: { RESUME_INTAKE: 'intake.earlier', RESUME_HANDLING: 'handling.last' },
      after: { 2592000000: 'rejected' },
    },
    paid: { type: 'final' },
    rejected: { type: 'final' },
  },
});
