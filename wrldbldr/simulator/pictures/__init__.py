"""The painter: a distinct, pleasant picture from words and a seed. Pillow only, no models; same input, same picture."""
