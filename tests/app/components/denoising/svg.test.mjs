import assert from 'node:assert/strict';
import test from 'node:test';

import { SvgBrush } from '../../../../app/components/denoising/svg.js';

const brush = () => new SvgBrush((text) => 7 * text.length);

test('what is painted becomes a picture of that size', () => {
  const pen = brush();
  pen.fillStyle = 'rgba(1,2,3,0.5)';
  pen.fillRect(1, 2, 3, 4);
  pen.beginPath();
  pen.moveTo(0, 0);
  pen.lineTo(5, 5.001);
  pen.stroke();
  assert.equal(pen.picture('urn:svg', 99.2, 50), '<svg xmlns="urn:svg" width="100" height="50" viewBox="0 0 100 50">'
    + '<rect x="1" y="2" width="3" height="4" fill="rgba(1,2,3,0.5)"/>'
    + '<path d="M0 0L5 5" fill="none" stroke="#000" stroke-width="1"/></svg>\n');
});

test('text stays text, whatever is in it', () => {
  const pen = brush();
  pen.font = '12px "Source Sans", sans-serif';
  pen.fillText('</text><script>alert("1")</script> & co', 0, 0);
  const picture = pen.picture('urn:svg', 1, 1);
  assert.equal(picture.match(/<(\w+)/g)?.join(), '<svg,<text');
  assert.ok(!picture.includes('"Source'));
});

test('what is moved lies in a group of its own, and every group is closed', () => {
  const pen = brush();
  pen.save();
  pen.translate(10, 20);
  pen.fillRect(0, 0, 1, 1);
  pen.restore();
  const picture = pen.picture('urn:svg', 1, 1);
  assert.ok(picture.includes('<g transform="translate(10 20)"><rect'));
  assert.equal(picture.match(/<g[ >]/g)?.length, picture.match(/<\/g>/g)?.length);
});

test('no corner is rounder than its box', () => {
  const pen = brush();
  pen.beginPath();
  pen.roundRect(0, 0, 2, 4, 50);
  pen.fill();
  assert.ok(pen.picture('urn:svg', 1, 1).includes('M1 0h0a1 1 0 0 1 1 1v2'));
});

test('an empty path leaves nothing', () => {
  const pen = brush();
  pen.beginPath();
  pen.fill();
  pen.stroke();
  assert.equal(pen.parts.length, 0);
});
