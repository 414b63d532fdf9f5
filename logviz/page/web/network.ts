// The network of an address: /24 of IPv4 and /48 of IPv6 (the usual size of a site, RFC 6177), written as Go's netip
// writes prefixes. What is no address (a hash in its place, say) has none.

export function network(address: string): string {
  if (address.includes("/")) return address; // a network already
  if (address.includes(":")) return network6(address);
  const parts = address.split(".");
  return parts.length === 4 ? `${parts.slice(0, 3).join(".")}.0/24` : "";
}

function network6(address: string): string {
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail ? tail.split(":") : [];
  if (tail !== undefined) {
    const all = 8 - rest.length - (address.includes(".") ? 1 : 0);
    while (groups.length < all) groups.push("0");
  }
  const three = [...groups, ...rest].slice(0, 3);
  if (three.some((g) => !/^[0-9a-f]{1,4}$/i.test(g))) return "";
  while (three.length > 0 && parseInt(three[three.length - 1]!, 16) === 0) three.pop();
  return `${three.map((g) => parseInt(g, 16).toString(16)).join(":")}::/48`;
}
