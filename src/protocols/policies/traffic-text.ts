/** Bytes as a text of one line: a JSON string in which each character is a byte. At most `most` bytes, and then an ellipsis. */
export function trafficText(data: Uint8Array, most = Infinity): string {
  const shown = data.length > most ? data.subarray(0, most) : data;
  const text = JSON.stringify(Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('latin1'));
  return shown === data ? text : `${text}...`;
}
