"""What the app can do, for screens and scripts alike. Every verb takes the person who asks and checks them."""
