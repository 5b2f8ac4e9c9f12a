"""What programs ask over HTTP: our own interface, Label Studio's and INCEpTION's."""
