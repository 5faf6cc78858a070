"""What tests stand on: servers of their own, a database made once and copied, and its quick restoration."""
