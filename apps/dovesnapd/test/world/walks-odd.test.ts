import { testWalks } from './walks.ts';

testWalks('odd');
