export const handler = async (name) => ({ name, pages: name.length });
