"""Telling programs elsewhere what happened: webhooks, their messages, and where these may go."""
