package worldmap

import "math"

// equalEarth projects a point onto the plane of a sphere of radius 1, x to the east and y to the north, by the equations
// of B. Šavrič, T. Patterson and B. Jenny, "The Equal Earth map projection", International Journal of Geographical
// Information Science 33 (2019), 454–465, doi:10.1080/13658816.2018.1504949.
func equalEarth(p Point) (x, y float64) {
	const (
		a1 = 1.340264
		a2 = -0.081106
		a3 = 0.000893
		a4 = 0.003796
	)
	lambda, phi := p.Lon*math.Pi/180, p.Lat*math.Pi/180
	theta := math.Asin(math.Sqrt(3) / 2 * math.Sin(phi))
	t2 := theta * theta
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * lambda * math.Cos(theta) / (3 * (a1 + 3*a2*t2 + t6*(7*a3+9*a4*t2)))
	y = theta * (a1 + a2*t2 + t6*(a3+a4*t2))
	return x, y
}
