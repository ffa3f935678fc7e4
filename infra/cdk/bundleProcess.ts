import { text } from 'node:stream/consumers';
import { BundleError, bundleFunctions, bundleWorkers } from '../bundle.ts';
import type { BundleAnswer, BundleRequest } from './bundleSynchronously.ts';

// A process of its own: a JSON request on stdin, a JSON answer on stdout.
const request: BundleRequest = JSON.parse(await text(process.stdin));
let answer: BundleAnswer;
try {
  answer =
    'functions' in request
      ? { functions: await bundleFunctions(request.functions) }
      : { workers: await bundleWorkers(request.workers) };
} catch (error) {
  if (!(error instanceof BundleError)) throw error;
  answer = { refused: { code: error.code, problems: error.problems } };
}
process.stdout.write(JSON.stringify(answer));
