export function add(one, other) {
  return one + other;
}
