package strictyaml

// Text returns a scalar as it was written, without its quotes; empty for a list or a mapping. It is for values whose text
// YAML would take for something else, such as an option called -1.
func (n Node) Text() string { return n.node.text }
