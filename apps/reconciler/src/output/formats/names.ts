/** What tools read of problems in files. */
export const TOOL_FORMATS = ['sarif', 'github', 'gitlab', 'junit'] as const;
export type ToolFormat = (typeof TOOL_FORMATS)[number];

export function isToolFormat(format: string): format is ToolFormat {
  return TOOL_FORMATS.some((known) => known === format);
}
