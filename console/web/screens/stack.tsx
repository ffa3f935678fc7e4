import { Copy } from '../parts/clipboard.tsx';
import { counted } from '../time.ts';
import { visible } from '../visible.ts';
import { type Place, type StackLine, shortFile, stackLines } from './stackFrames.ts';

/** A stack by source lines: the reader's own code apart, and the frames of packages folded. */
export function Stack({ text }: { readonly text: string }) {
  return (
    <div class="stack">
      {stackLines(text).map((line, i) => (
        <Line key={i} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { readonly line: StackLine }) {
  switch (line.type) {
    case 'text':
      return <div class="thrown">{visible(line.text)}</div>;
    case 'own':
      return (
        <div class="frame own">
          <span>at {line.call === '' ? '' : `${visible(line.call)} `}</span>
          <FilePlace place={line.place} />
        </div>
      );
    case 'foreign':
      return (
        <details class="frame foreign">
          <summary>{counted(line.lines.length, 'frame')} of packages and Node.js</summary>
          {line.lines.map((each, i) => (
            <div key={i}>{visible(each)}</div>
          ))}
        </details>
      );
  }
}

function FilePlace({ place: { file, position } }: { readonly place: Place }) {
  const { folder, name } = shortFile(visible(file));
  return (
    <span class="place" title={`${file}:${position}`}>
      {folder}
      <b>
        {name}:{position}
      </b>
      <Copy text={`${file}:${position}`} label={`Copy ${name}:${position}`} />
    </span>
  );
}
