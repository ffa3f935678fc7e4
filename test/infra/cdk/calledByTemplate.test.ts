import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { type Template, TemplateResources } from '../../../infra/template/cloudFormation.ts';
import { synthesized } from './synthesized.ts';

it('a function that is imported by its name has that name in the template', () => {
  const { template } = synthesized((stack) => ({
    functions: {
      invoice: {
        function: LambdaFunction.fromFunctionName(stack, 'Imported', 'billing-invoice'),
        results: 'BUS',
      },
    },
  }));
  const json: Template = template.toJSON();
  const resources = new TemplateResources(json);
  const names = resources.ofType('AWS::Lambda::Function').flatMap(({ properties }) => {
    const environment = resources.plain(properties.Environment);
    const { MILLRACE_FUNCTIONS: functions } = JSON.parse(JSON.stringify(environment)).Variables;
    return functions === undefined ? [] : [JSON.parse(functions)];
  });
  expect(names).not.toEqual([]);
  for (const each of names) expect(each).toEqual({ invoice: 'billing-invoice' });
});

it('a part of a text is selected with its references as names, and that of an ARN is the name of its resource', () => {
  const resources = new TemplateResources({ Resources: { Invoice: { Type: 'AWS::Lambda::Function' } } });
  const arn = {
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, ':lambda:', { Ref: 'AWS::Region' }, ':1:function:a-b'],
    ],
  };
  const select = (index: string | number, from: Parameters<typeof resources.text>[0]) =>
    resources.text({ 'Fn::Select': [index, from] });
  expect(select(6, { 'Fn::Split': [':', arn] })).toBe('a-b');
  expect(select('3', { 'Fn::Split': [':', arn] })).toBe('AWS::Region');
  expect(select(6, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Invoice', 'Arn'] }] })).toBe('Invoice');
  expect(select(1, ['a', { Ref: 'Invoice' }])).toBe('Invoice');
  expect(select(9, { 'Fn::Split': [':', arn] })).toBe('');
  expect(resources.plain({ 'Fn::Split': ['-', 'a-b'] })).toEqual(['a', 'b']);
  expect(resources.text({ 'Fn::Join': ['/', ['a', { 'Fn::Join': ['.', ['b', 'c']] }]] })).toBe('a/b.c');
});
