import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, restError } from './conversation.ts';

const account = '123456789012';

describe('mediaconvert:createJob', () => {
  const state = {
    Resource: 'arn:aws:states:::mediaconvert:createJob.sync',
    Parameters: {
      Role: `arn:aws:iam::${account}:role/convert`,
      UserMetadata: { videoId: 'v-1' },
      StatusUpdateInterval: 'SECONDS_60',
      Settings: {
        Inputs: [
          {
            FileInput: 's3://in/a.mp4',
            AudioSelectors: { 'Audio Selector 1': { DefaultSelection: 'DEFAULT' } },
          },
        ],
        OutputGroups: [
          {
            Name: 'File Group',
            OutputGroupSettings: {
              Type: 'FILE_GROUP_SETTINGS',
              FileGroupSettings: { Destination: 's3://out/' },
            },
            Outputs: [
              {
                NameModifier: '_720p',
                VideoDescription: {
                  Height: 720,
                  CodecSettings: { Codec: 'H_264', H264Settings: { Bitrate: 3_000_000 } },
                },
              },
            ],
          },
        ],
      },
    },
  };
  const create = {
    request: 'POST /2017-08-29/jobs',
    body: {
      role: `arn:aws:iam::${account}:role/convert`,
      userMetadata: { videoId: 'v-1' },
      statusUpdateInterval: 'SECONDS_60',
      clientRequestToken: clientToken,
      settings: {
        inputs: [
          {
            fileInput: 's3://in/a.mp4',
            audioSelectors: { 'Audio Selector 1': { defaultSelection: 'DEFAULT' } },
          },
        ],
        outputGroups: [
          {
            name: 'File Group',
            outputGroupSettings: {
              type: 'FILE_GROUP_SETTINGS',
              fileGroupSettings: { destination: 's3://out/' },
            },
            outputs: [
              {
                nameModifier: '_720p',
                videoDescription: {
                  height: 720,
                  codecSettings: { codec: 'H_264', h264Settings: { bitrate: 3_000_000 } },
                },
              },
            ],
          },
        ],
      },
    },
    answer: { status: 201, body: { job: { id: 'job-1', status: 'SUBMITTED' } } },
  };
  const look = (status: string, more: object = {}) => ({
    request: 'GET /2017-08-29/jobs/job-1',
    answer: { body: { job: { id: 'job-1', status, ...more } } },
  });

  it('starts a job and waits for its end', async () => {
    const timing = { submitTime: 1_700_000_000, finishTime: 1_700_000_060 };
    const ended = await conversation(state, [
      create,
      look('PROGRESSING', { jobPercentComplete: 40 }),
      look('COMPLETE', { timing, userMetadata: { videoId: 'v-1' } }),
    ]);
    expect(ended.output).toEqual({
      Job: {
        Id: 'job-1',
        Status: 'COMPLETE',
        Timing: { SubmitTime: 1_700_000_000_000, FinishTime: 1_700_000_060_000 },
        UserMetadata: { videoId: 'v-1' },
      },
    });
    const { error } = await conversation(state, [create, look('ERROR', { errorCode: 1404 })]);
    expect(error).toEqual(failedWith({ Job: { Id: 'job-1', Status: 'ERROR', ErrorCode: 1404 } }));
    const plain = { ...state, Resource: 'arn:aws:states:::mediaconvert:createJob' };
    expect((await conversation(plain, [create])).output).toEqual({
      Job: { Id: 'job-1', Status: 'SUBMITTED' },
      SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 201 }),
      SdkResponseMetadata: { RequestId: 'request-1' },
    });
  });

  it('names its errors', async () => {
    const refused = { ...create, answer: restError(400, 'BadRequestException', '/role: no such role') };
    expect((await conversation(state, [refused])).error).toEqual({
      name: 'MediaConvert.BadRequestException',
      message:
        '/role: no such role (Service: AWSMediaConvert; Status Code: 400; Error Code: BadRequestException; Request ID: request-1; Proxy: null)',
    });
  });
});
