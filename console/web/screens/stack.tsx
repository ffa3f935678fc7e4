/** A stack, with the places in the reader's own code set apart from those in packages and in Node.js. */
export function Stack({ text }: { readonly text: string }) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (
    <pre class="stack">
      {lines.map((line, i) => {
        const isFrame = /^\s*at /.test(line);
        const isForeign = /node_modules|\(node:|at node:/.test(line);
        const place = /\(?([^\s()]+:\d+(?::\d+)?)\)?$/.exec(line);
        const at = isFrame ? place?.[1] : undefined;
        return (
          <div key={i} class={isFrame ? (isForeign ? 'frame foreign' : 'frame') : 'thrown'}>
            {at === undefined ? (
              line
            ) : (
              <>
                {line.slice(0, line.lastIndexOf(at))}
                <b>{at}</b>
                {line.slice(line.lastIndexOf(at) + at.length)}
              </>
            )}
          </div>
        );
      })}
    </pre>
  );
}
