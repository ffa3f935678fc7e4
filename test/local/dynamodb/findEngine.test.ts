import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineSearch, findEngine } from '../../../local/dynamodb/findEngine.ts';

let directory: string;
let packaged: string;
let installed: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-find-'));
  packaged = await withBinary('packaged');
  installed = await withBinary('installed');
});

afterEach(() => rm(directory, { recursive: true }));

async function withBinary(name: string): Promise<string> {
  const folder = join(directory, name);
  await mkdir(folder);
  await writeFile(join(folder, 'dynoxide'), '#!/bin/sh\n');
  await chmod(join(folder, 'dynoxide'), 0o755);
  return folder;
}

function search(machine: Partial<EngineSearch>): EngineSearch {
  return {
    platform: 'linux',
    architecture: 'x64',
    environment: {},
    packageDirectory: () => undefined,
    ...machine,
  };
}

const endpoints = {
  MILLRACE_DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9000',
};

describe('The local DynamoDB engine is', () => {
  it('the packaged binary, where there is one for the platform', () => {
    const found = findEngine(
      search({ packageDirectory: () => packaged, environment: { PATH: installed, ...endpoints } }),
    );
    expect(found).toEqual({ kind: 'binary', path: join(packaged, 'dynoxide') });
  });

  it('else a dynoxide on the PATH', () => {
    const PATH = [join(directory, 'nothing here'), '', installed].join(delimiter);
    const found = findEngine(
      search({
        platform: 'darwin',
        architecture: 'arm64',
        packageDirectory: () => packaged,
        environment: { PATH, ...endpoints },
      }),
    );
    expect(found).toEqual({ kind: 'binary', path: join(installed, 'dynoxide') });
  });

  it('else the endpoint in MILLRACE_DYNAMODB_ENDPOINT, else in AWS_ENDPOINT_URL_DYNAMODB', () => {
    expect(findEngine(search({ environment: endpoints }))).toMatchObject({
      endpoint: 'http://127.0.0.1:8000',
    });
    const { AWS_ENDPOINT_URL_DYNAMODB } = endpoints;
    expect(findEngine(search({ environment: { AWS_ENDPOINT_URL_DYNAMODB } }))).toEqual({
      kind: 'endpoint',
      endpoint: 'http://127.0.0.1:9000',
      variable: 'AWS_ENDPOINT_URL_DYNAMODB',
    });
  });

  it('else DynamoDB Local, by a Java on the PATH', async () => {
    const folder = join(directory, 'jre');
    await mkdir(folder);
    await writeFile(join(folder, 'java'), '#!/bin/sh\n');
    await chmod(join(folder, 'java'), 0o755);
    const mac = { platform: 'darwin', architecture: 'arm64' };
    expect(findEngine(search({ ...mac, environment: { PATH: folder } }))).toEqual({
      kind: 'java',
      path: join(folder, 'java'),
    });
    const withBoth = { PATH: [folder, installed].join(delimiter) };
    expect(findEngine(search({ ...mac, environment: withBoth }))).toMatchObject({ kind: 'binary' });
    expect(findEngine(search({ ...mac, environment: { PATH: folder, ...endpoints } }))).toMatchObject({
      kind: 'endpoint',
    });
  });

  it.each([
    ['linux', 'x64', 'without --omit=optional'],
    ['darwin', 'arm64', 'No packaged engine is available for darwin arm64'],
  ])('missing on %s %s: the error says what to do there', (platform, architecture, advice) => {
    expect(() =>
      findEngine(search({ platform, architecture, environment: { PATH: packaged.slice(1) } })),
    ).toThrow(
      expect.objectContaining({
        code: 'NoLocalEngine',
        message: expect.stringMatching(new RegExp(`${advice}.*MILLRACE_DYNAMODB_ENDPOINT`)),
      }),
    );
  });
});
